//! Entrada.
