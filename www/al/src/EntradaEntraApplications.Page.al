// The Microsoft Entra application records (table 9012) over HTTP: what page 9861 does by hand, and no more.
//   POST   {base}/api/entrada/setup/v1.0/companies({id})/entraApplications            makes a record, disabled
//   PATCH  …/entraApplications({clientId})  If-Match: *  { "state": "Enabled" }       makes the application user
//   DELETE …/entraApplications({clientId})  If-Match: *                               removes the record and its user
// Every rule stays the table's own: the state is validated there (description filled, a licensed user present, SUPER or
// SECURITY held by the caller), and deleting removes the user there. Enabling belongs into a second request: the table
// modifies the record while it validates the state, which a record that is not inserted yet does not survive.
// No namespace on purpose: without one, table 9012 is found by its name alone, in every version.
page 50100 "Entrada Entra Applications"
{
    PageType = API;
    Caption = 'Entra Applications', Locked = true;
    APIPublisher = 'entrada';
    APIGroup = 'setup';
    APIVersion = 'v1.0';
    EntityName = 'entraApplication';
    EntitySetName = 'entraApplications';
    SourceTable = "AAD Application";
    ODataKeyFields = "Client Id";
    DelayedInsert = true;

    layout
    {
        area(Content)
        {
            repeater(Applications)
            {
                field(clientId; Rec."Client Id")
                {
                    Caption = 'clientId', Locked = true;
                }
                field(description; Rec.Description)
                {
                    Caption = 'description', Locked = true;
                }
                field(contactInformation; Rec."Contact Information")
                {
                    Caption = 'contactInformation', Locked = true;
                }
                field(state; Rec.State)
                {
                    Caption = 'state', Locked = true;
                }
                field(userId; Rec."User ID")
                {
                    Caption = 'userId', Locked = true;
                    Editable = false;
                }
                field(permissionGranted; Rec."Permission Granted")
                {
                    Caption = 'permissionGranted', Locked = true;
                }
                field(appId; Rec."App ID")
                {
                    Caption = 'appId', Locked = true;
                    Editable = false;
                }
                field(appName; Rec."App Name")
                {
                    Caption = 'appName', Locked = true;
                    Editable = false;
                }
            }
        }
    }
}
