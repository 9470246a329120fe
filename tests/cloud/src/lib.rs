//! A local stand-in for Microsoft's cloud.
