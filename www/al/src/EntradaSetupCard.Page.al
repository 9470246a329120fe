// Where somebody enters the address of the hosted Entrada, once for the environment.
page 50102 "Entrada Setup"
{
    PageType = Card;
    Caption = 'Entrada Setup';
    ApplicationArea = All;
    UsageCategory = Administration;
    SourceTable = "Entrada Setup";
    InsertAllowed = false;
    DeleteAllowed = false;

    layout
    {
        area(Content)
        {
            group(General)
            {
                Caption = 'General';

                field("Hosted Address"; Rec."Hosted Address")
                {
                    ApplicationArea = All;
                    ToolTip = 'Specifies where your Entrada is hosted. Its config.json must name the address of this Business Central under embedding.hosts.';
                }
            }
        }
    }

    trigger OnOpenPage()
    begin
        if Rec.Get() then
            exit;
        Rec.Init();
        Rec.Insert();
    end;
}
