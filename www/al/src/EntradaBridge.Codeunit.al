// This environment's side of the bridge: what the frame is told first, and an answer to each of its requests. An answer
// always comes and no error is ever raised, because the set-up waits for it; what could not be done is in the answer.
codeunit 50100 "Entrada Bridge"
{
    Access = Internal;

    var
        DeclinedErr: Label 'A question in Business Central was answered with No.';
        SilentMsg: Label 'Entrada does not answer at %1. Check the address in "Entrada Setup", and that its config.json names this Business Central under embedding.hosts.', Comment = '%1 address';
        GoneMsg: Label 'This Business Central session does not answer any more. Open the page again.';

    /// <summary>What the set-up is told first. It preselects and decides nothing.</summary>
    procedure Options() Told: JsonObject
    var
        AzureADTenant: Codeunit "Azure AD Tenant";
        EnvironmentInformation: Codeunit "Environment Information";
        Language: Codeunit Language;
        Bridge: JsonObject;
        ThisApp: ModuleInfo;
    begin
        NavApp.GetCurrentModuleInfo(ThisApp);
        Bridge.Add('kind', 'business-central');
        Bridge.Add('version', Format(ThisApp.AppVersion()));
        // So that nobody registers an application of another tenant here, where an environment has the same name.
        Bridge.Add('tenant', AzureADTenant.GetAadTenantId());
        Bridge.Add('environment', EnvironmentInformation.GetEnvironmentName());
        Bridge.Add('company', CompanyName());
        Told.Add('tenant', AzureADTenant.GetAadTenantId());
        Told.Add('environment', EnvironmentInformation.GetEnvironmentName());
        Told.Add('lang', Language.GetTwoLetterISOLanguageName(GlobalLanguage()));
        Told.Add('bridge', Bridge);
    end;

    /// <summary>Sentences for the add-in, which has no language of its own.</summary>
    procedure Words() Sentences: JsonObject
    var
        EntradaSetup: Record "Entrada Setup";
    begin
        Sentences.Add('silent', StrSubstNo(SilentMsg, EntradaSetup.Address()));
        Sentences.Add('gone', GoneMsg);
    end;

    /// <summary>Does or reads what a request asks for.</summary>
    /// <param name="Request">request, action, clientId, description, contact, permissionSets, environment.</param>
    /// <returns>request and ok; with true recordId, userId and state of the record there is now, with false error and code.</returns>
    procedure Answer(Request: JsonObject) Given: JsonObject
    var
        BridgeAction: Codeunit "Entrada Bridge Action";
        Token: JsonToken;
    begin
        if Request.Get('request', Token) then
            Given.Add('request', Token);
        BridgeAction.Prepare(Request);
        ClearLastError();
        // Run is the one call whose failure undoes what it wrote and comes back as false.
        if BridgeAction.Run() then begin
            Given.Add('ok', true);
            BridgeAction.Describe(Given);
            exit;
        end;
        Given.Add('ok', false);
        // Table 9012 says nothing when its question is answered with No (business-central.md 3.1).
        if GetLastErrorText() = '' then begin
            Given.Add('error', DeclinedErr);
            Given.Add('code', 'declined');
        end else begin
            Given.Add('error', GetLastErrorText());
            Given.Add('code', 'refused');
        end;
    end;

    /// <summary>Tells whoever subscribed that a set-up is over.</summary>
    procedure Complete(Outcome: JsonObject)
    begin
        OnCompleted(Outcome);
    end;

    /// <summary>For objects of this app: a set-up is over. The outcome has ids and no secret.</summary>
    /// <param name="Outcome">outcome (complete or partial), clientId, tenantId, applicationObjectId, environments, expires.</param>
    [InternalEvent(false)]
    local procedure OnCompleted(Outcome: JsonObject)
    begin
    end;
}
