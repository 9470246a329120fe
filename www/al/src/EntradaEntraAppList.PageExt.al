// The way to Entrada from the list of Microsoft Entra applications (page 9860). Nothing is handed over: Entrada asks the
// administrator to sign in and reads the rest itself. Leave this file out if you do not want the action.
pageextension 50101 "Entrada Entra App. List" extends "AAD Application List"
{
    actions
    {
        addlast(Processing)
        {
            action("Entrada Set Up Integration")
            {
                ApplicationArea = Basic, Suite;
                Caption = 'Set Up Integration';
                ToolTip = 'Open Entrada in a new window to register an application in Microsoft Entra and here, with its permission sets.';
                Image = LaunchWeb;

                trigger OnAction()
                begin
                    Hyperlink(EntradaUrlTxt);
                end;
            }
        }
    }

    var
        // The address where you host Entrada.
        EntradaUrlTxt: Label 'https://entrada.example/', Locked = true;
}
