// The window in which the page "Entrada" shows the hosted set-up, and its side of the contract with it. No script of the
// hosted page runs here: add-ins share the client's origin (business-central.md 5.2), so it stays in a frame of its own
// origin, and these two files speak with it by messages alone.
//   procedures: AL calls the global function of that name in addin/entrada.js; nothing comes back (5.1)
//   events:     addin/entrada.js raises them, one after the other, each after the one before is over (5.1)
controladdin "Entrada Frame"
{
    Scripts = 'addin/entrada.js';
    StartupScript = 'addin/start.js';
    StyleSheets = 'addin/entrada.css';
    RequestedHeight = 800;
    RequestedWidth = 1000;
    MinimumHeight = 400;
    MinimumWidth = 300;
    VerticalStretch = true;
    VerticalShrink = true;
    HorizontalStretch = true;
    HorizontalShrink = true;

    /// <summary>Shows the hosted set-up.</summary>
    /// <param name="Address">Where it is hosted; https.</param>
    /// <param name="Options">What it is told first: tenant, language, environment, company, and that there is a bridge.</param>
    /// <param name="Words">Two sentences in the user's language: "silent" when the address does not answer, "gone" when this session does not.</param>
    procedure ShowEntrada(Address: Text; Options: JsonObject; Words: JsonObject);

    /// <summary>Shows a sentence where the set-up would be.</summary>
    procedure SayInstead(Sentence: Text);

    /// <summary>Hands the answer to a request of the set-up back to it.</summary>
    procedure AnswerBridge(Answer: JsonObject);

    /// <summary>The scripts are there.</summary>
    event ControlReady();

    /// <summary>The set-up asks for something to be done or read here.</summary>
    event BridgeRequested(Request: JsonObject);

    /// <summary>The set-up is over; the outcome has ids and no secret.</summary>
    event Completed(Outcome: JsonObject);

    /// <summary>The administrator pressed the button that hands the secret to this page. The only event with a secret.</summary>
    event CredentialOffered(Credential: JsonObject);
}
