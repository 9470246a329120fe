// Version 5 wants a page of its own to come back to, and brings the program for it.
import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";

await broadcastResponseToMainFrame();
