// The way to Entrada from the list of Microsoft Entra applications (page 9860). Leave this file out if you do not want the
// actions; both pages can be found by search as well.
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
                ToolTip = 'Open Entrada to register an application in Microsoft Entra and here, with its permission sets.';
                Image = LaunchWeb;
                RunObject = page "Entrada Host";
            }
            action("Entrada Address")
            {
                ApplicationArea = Basic, Suite;
                Caption = 'Entrada Setup';
                ToolTip = 'Enter the address where Entrada is hosted.';
                Image = Setup;
                RunObject = page "Entrada Setup";
            }
        }
    }
}
