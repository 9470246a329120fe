// Where Entrada is hosted. One record for the environment, because the records it writes belong to no company either.
table 50100 "Entrada Setup"
{
    Caption = 'Entrada Setup';
    DataPerCompany = false;
    DataClassification = SystemMetadata;
    Access = Internal;

    fields
    {
        field(1; "Primary Key"; Code[10])
        {
            Caption = 'Primary Key';
        }
        field(2; "Hosted Address"; Text[250])
        {
            Caption = 'Address of Entrada';
            ExtendedDatatype = URL;

            trigger OnValidate()
            begin
                Rec."Hosted Address" := CopyStr(DelChr(Rec."Hosted Address", '<>'), 1, MaxStrLen(Rec."Hosted Address"));
                if Rec."Hosted Address" = '' then
                    exit;
                // What is shown there is asked to register applications here: nobody on the way may change it.
                if not Rec."Hosted Address".ToLower().StartsWith('https://') then
                    Error(NotSecureErr);
            end;
        }
    }

    keys
    {
        key(PK; "Primary Key")
        {
            Clustered = true;
        }
    }

    var
        NotSecureErr: Label 'The address must begin with https://';

    /// <summary>The address, empty when nobody entered one.</summary>
    procedure Address(): Text
    begin
        if not Rec.Get() then
            exit('');
        exit(Rec."Hosted Address");
    end;
}
