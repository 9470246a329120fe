// One request of the set-up, in the rights of whoever is signed in. Everything here may raise an error: codeunit "Entrada
// Bridge" runs it and turns the error into an answer. Every write asks the person in front of the client first and names
// the address that wants it, so a page that was tampered with cannot register or remove anything by itself.
codeunit 50101 "Entrada Bridge Action"
{
    Access = Internal;

    var
        AADApplication: Record "AAD Application";
        Request: JsonObject;
        ClientId: Guid;
        Created: Boolean;
        RegisterQst: Label '%1 asks to register the application "%2" with client ID %3 in this environment and to enable it. Go on?', Comment = '%1 address, %2 description, %3 client id';
        PermissionsQst: Label '%1 asks to give permission sets to the user of the application with client ID %2: %3. Go on?', Comment = '%1 address, %2 client id, %3 role ids';
        DisableQst: Label '%1 asks to disable the application with client ID %2 in this environment. Go on?', Comment = '%1 address, %2 client id';
        RemoveQst: Label '%1 asks to remove the application with client ID %2 and its user from this environment. Go on?', Comment = '%1 address, %2 client id';
        DeclinedErr: Label 'A question in Business Central was answered with No.';
        NoClientIdErr: Label 'The request has no client ID that can be read.';
        OtherEnvironmentErr: Label 'The request is for environment %1, and this is %2.', Comment = '%1, %2 environment names';
        TooLongErr: Label 'The text "%1" is longer than %2 characters.', Comment = '%1 text, %2 number';
        UnknownActionErr: Label 'This version of the extension does not know the action "%1".', Comment = '%1 word';
        NoUserErr: Label 'The application with client ID %1 has no user in this environment yet.', Comment = '%1 client id';
        SuperErr: Label 'SUPER cannot be given to an application.';
        NoSuchSetErr: Label 'There is no permission set %1 of the app %2 in this environment.', Comment = '%1 role id, %2 app id';

    trigger OnRun()
    var
        EnvironmentInformation: Codeunit "Environment Information";
    begin
        if not Evaluate(ClientId, TextOf(Request, 'clientId')) then
            Error(NoClientIdErr);
        if LowerCase(TextOf(Request, 'environment')) <> LowerCase(EnvironmentInformation.GetEnvironmentName()) then
            Error(OtherEnvironmentErr, TextOf(Request, 'environment'), EnvironmentInformation.GetEnvironmentName());
        case TextOf(Request, 'action') of
            'look':
                ;
            'register':
                Register();
            'permissions':
                GivePermissionSets();
            'disable':
                Disable();
            'remove':
                Remove();
            else
                Error(UnknownActionErr, TextOf(Request, 'action'));
        end;
    end;

    /// <summary>Says which request it will be.</summary>
    procedure Prepare(NewRequest: JsonObject)
    begin
        Request := NewRequest;
    end;

    /// <summary>Adds what there is after the request: recordId, created, clientId, description, state and userId, or nothing when there is no record.</summary>
    procedure Describe(var Answer: JsonObject)
    begin
        if not AADApplication.Get(ClientId) then
            exit;
        Answer.Add('recordId', Bare(AADApplication.SystemId));
        // What was there already is nothing to take away again when the set-up is taken back.
        Answer.Add('created', Created);
        Answer.Add('clientId', Bare(AADApplication."Client Id"));
        Answer.Add('description', AADApplication.Description);
        if not IsNullGuid(AADApplication."User ID") then
            Answer.Add('userId', Bare(AADApplication."User ID"));
        // Not Format: that would be in the user's language.
        if AADApplication.State = AADApplication.State::Enabled then
            Answer.Add('state', 'Enabled')
        else
            Answer.Add('state', 'Disabled');
    end;

    /// <summary>Makes the record unless it is there, and enables it. Harmless to repeat.</summary>
    local procedure Register()
    var
        Description: Text;
        Contact: Text;
    begin
        Description := TextOf(Request, 'description');
        Contact := TextOf(Request, 'contact');
        // What is there keeps its description, because its user keeps its name.
        if AADApplication.Get(ClientId) then
            Description := AADApplication.Description;
        Ask(StrSubstNo(RegisterQst, Address(), Description, Bare(ClientId)));
        if not AADApplication.Get(ClientId) then begin
            // The description becomes the user name: rather no record than a shortened one.
            RequireAtMost(Description, MaxStrLen(AADApplication.Description));
            RequireAtMost(Contact, MaxStrLen(AADApplication."Contact Information"));
            AADApplication.Init();
            AADApplication."Client Id" := ClientId;
            AADApplication.Description := CopyStr(Description, 1, MaxStrLen(AADApplication.Description));
            AADApplication."Contact Information" := CopyStr(Contact, 1, MaxStrLen(AADApplication."Contact Information"));
            AADApplication.State := AADApplication.State::Disabled;
            AADApplication.Insert(true);
            Created := true;
        end;
        // Enabling changes the stored record, so it comes after the insert (business-central.md 3.3). The table asks once
        // more whether the user shall be made, and wants SUPER or SECURITY (3.1).
        if AADApplication.State <> AADApplication.State::Enabled then begin
            AADApplication.Validate(State, AADApplication.State::Enabled);
            AADApplication.Modify(true);
        end;
    end;

    local procedure GivePermissionSets()
    var
        Sets: JsonToken;
        OneSet: JsonToken;
        Names: TextBuilder;
    begin
        if not AADApplication.Get(ClientId) or IsNullGuid(AADApplication."User ID") then
            Error(NoUserErr, Bare(ClientId));
        Request.Get('permissionSets', Sets);
        foreach OneSet in Sets.AsArray() do begin
            if Names.Length() > 0 then
                Names.Append(', ');
            Names.Append(TextOf(OneSet.AsObject(), 'roleId'));
        end;
        Ask(StrSubstNo(PermissionsQst, Address(), Bare(ClientId), Names.ToText()));
        foreach OneSet in Sets.AsArray() do
            GivePermissionSet(OneSet.AsObject());
    end;

    local procedure GivePermissionSet(PermissionSet: JsonObject)
    var
        AccessControl: Record "Access Control";
        AggregatePermissionSet: Record "Aggregate Permission Set";
        Company: Record Company;
        AppId: Guid;
        SetScope: Option System,Tenant;
        RoleId: Code[20];
        CompanyToUse: Text[30];
    begin
        RequireAtMost(TextOf(PermissionSet, 'roleId'), MaxStrLen(RoleId));
        RequireAtMost(TextOf(PermissionSet, 'company'), MaxStrLen(CompanyToUse));
        RoleId := CopyStr(TextOf(PermissionSet, 'roleId'), 1, MaxStrLen(RoleId));
        CompanyToUse := CopyStr(TextOf(PermissionSet, 'company'), 1, MaxStrLen(CompanyToUse));
        if TextOf(PermissionSet, 'scope') = 'Tenant' then
            SetScope := SetScope::Tenant;
        if RoleId = 'SUPER' then
            Error(SuperErr);
        // The same role id can stand in several apps and scopes (business-central.md 2), so all three have to fit. A
        // permission set that somebody made by hand has no app id.
        if not Evaluate(AppId, TextOf(PermissionSet, 'appId')) then
            Clear(AppId);
        if not AggregatePermissionSet.Get(SetScope, AppId, RoleId) then
            Error(NoSuchSetErr, RoleId, Bare(AppId));
        if CompanyToUse <> '' then
            Company.Get(CompanyToUse);
        if AccessControl.Get(AADApplication."User ID", RoleId, CompanyToUse, SetScope, AppId) then
            exit;
        AccessControl.Init();
        AccessControl."User Security ID" := AADApplication."User ID";
        AccessControl."Role ID" := RoleId;
        AccessControl."Company Name" := CompanyToUse;
        AccessControl.Scope := SetScope;
        AccessControl."App ID" := AppId;
        AccessControl.Insert(true);
    end;

    /// <summary>Disables the record and its user, as it was before a set-up that is taken back. Harmless to repeat.</summary>
    local procedure Disable()
    begin
        if not AADApplication.Get(ClientId) then
            exit;
        Ask(StrSubstNo(DisableQst, Address(), Bare(ClientId)));
        AADApplication.Validate(State, AADApplication.State::Disabled);
        AADApplication.Modify(true);
    end;

    /// <summary>Removes the record; the table removes the user (business-central.md 3.1). Harmless to repeat.</summary>
    local procedure Remove()
    begin
        if not AADApplication.Get(ClientId) then
            exit;
        Ask(StrSubstNo(RemoveQst, Address(), Bare(ClientId)));
        AADApplication.Delete(true);
    end;

    local procedure Ask(Question: Text)
    begin
        if not Confirm(Question, false) then
            Error(DeclinedErr);
    end;

    local procedure Address(): Text
    var
        EntradaSetup: Record "Entrada Setup";
    begin
        exit(EntradaSetup.Address());
    end;

    local procedure RequireAtMost(Value: Text; Most: Integer)
    begin
        if StrLen(Value) > Most then
            Error(TooLongErr, Value, Most);
    end;

    local procedure TextOf(Members: JsonObject; Name: Text): Text
    var
        Token: JsonToken;
    begin
        if not Members.Get(Name, Token) then
            exit('');
        if not Token.IsValue() then
            exit('');
        if Token.AsValue().IsNull() then
            exit('');
        exit(Token.AsValue().AsText());
    end;

    /// <summary>A guid as the rest of the world writes it: small letters, no braces.</summary>
    local procedure Bare(Value: Guid): Text
    begin
        exit(LowerCase(DelChr(Format(Value), '=', '{}')));
    end;
}
