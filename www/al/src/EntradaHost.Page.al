// Entrada inside Business Central: a page that is nothing but the frame. The set-up asks for the registration through the
// bridge, so it needs neither an API page nor a published web service. UserControlHost needs runtime 15.0 and has room
// for one control and no actions (business-central.md 5.1).
page 50101 "Entrada Host"
{
    PageType = UserControlHost;
    Caption = 'Set Up Integration';
    ApplicationArea = All;
    UsageCategory = Tasks;

    layout
    {
        area(Content)
        {
            usercontrol(Frame; "Entrada Frame")
            {
                ApplicationArea = All;

                trigger ControlReady()
                begin
                    if EntradaSetup.Address() = '' then
                        CurrPage.Frame.SayInstead(NoAddressMsg)
                    else
                        CurrPage.Frame.ShowEntrada(EntradaSetup.Address(), Bridge.Options(), Bridge.Words());
                end;

                trigger BridgeRequested(Request: JsonObject)
                begin
                    CurrPage.Frame.AnswerBridge(Bridge.Answer(Request));
                end;

                trigger Completed(Outcome: JsonObject)
                begin
                    Bridge.Complete(Outcome);
                end;

                trigger CredentialOffered(Credential: JsonObject)
                begin
                    EntradaCredential.Take(Credential);
                end;
            }
        }
    }

    var
        EntradaSetup: Record "Entrada Setup";
        Bridge: Codeunit "Entrada Bridge";
        EntradaCredential: Codeunit "Entrada Credential";
        NoAddressMsg: Label 'Open "Entrada Setup" and enter the address where Entrada is hosted.';
}
