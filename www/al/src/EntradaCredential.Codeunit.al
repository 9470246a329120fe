// The client secret, when the administrator handed it to this page and agreed once more here. It lies in this extension's
// isolated storage, which no other extension can read (business-central.md 5.5). Everything here is internal for the same
// reason: a public procedure or event would hand the secret to any app of the environment. What needs it has to be an
// object of the app this is built into.
codeunit 50102 "Entrada Credential"
{
    Access = Internal;

    var
        KeepQst: Label '%1 hands over the client secret of the application with client ID %2. Keep it in this extension''s isolated storage, encrypted?', Comment = '%1 address, %2 client id';
        KeptMsg: Label 'The client secret is kept. It is valid until %1.', Comment = '%1 date as text';
        NotKeptMsg: Label 'The client secret was not kept.';
        TooLongMsg: Label 'The client secret was not kept: it has more than %1 characters, which is the most that isolated storage encrypts.', Comment = '%1 number';
        NoClientIdMsg: Label 'The client secret was not kept: it came without a client ID that can be read.';
        KeyTok: Label 'entrada-secret-%1', Locked = true;

    /// <summary>Asks, and keeps the secret when the answer is yes. Says what became of it.</summary>
    /// <param name="Credential">clientId, tenantId, secret, expires, scope, tokenUrl.</param>
    [NonDebuggable]
    procedure Take(Credential: JsonObject)
    var
        EntradaSetup: Record "Entrada Setup";
        ClientId: Guid;
        Secret: Text;
    begin
        if not Evaluate(ClientId, TextOf(Credential, 'clientId')) then begin
            Message(NoClientIdMsg);
            exit;
        end;
        Secret := TextOf(Credential, 'secret');
        // SetEncrypted takes 215 plain characters at most (business-central.md 5.5); a client secret has about 40.
        if StrLen(Secret) > MostCharacters() then begin
            Message(TooLongMsg, MostCharacters());
            exit;
        end;
        if not Confirm(KeepQst, false, EntradaSetup.Address(), TextOf(Credential, 'clientId')) then begin
            Message(NotKeptMsg);
            exit;
        end;
        if Keep(ClientId, Secret) then
            Message(KeptMsg, TextOf(Credential, 'expires'))
        else
            Message(NotKeptMsg);
    end;

    /// <summary>The secret of an application, if one is kept.</summary>
    procedure Find(ClientId: Guid; var Secret: SecretText): Boolean
    begin
        exit(IsolatedStorage.Get(KeyOf(ClientId), DataScope::Module, Secret));
    end;

    /// <summary>Throws the secret of an application away.</summary>
    procedure Forget(ClientId: Guid)
    begin
        if IsolatedStorage.Contains(KeyOf(ClientId), DataScope::Module) then
            IsolatedStorage.Delete(KeyOf(ClientId), DataScope::Module);
    end;

    // As SecretText from here on: it cannot be shown, logged or watched in the debugger.
    local procedure Keep(ClientId: Guid; Secret: SecretText): Boolean
    begin
        exit(IsolatedStorage.SetEncrypted(KeyOf(ClientId), Secret, DataScope::Module));
    end;

    local procedure KeyOf(ClientId: Guid): Text
    begin
        exit(StrSubstNo(KeyTok, LowerCase(DelChr(Format(ClientId), '=', '{}'))));
    end;

    local procedure MostCharacters(): Integer
    begin
        exit(215);
    end;

    [NonDebuggable]
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
}
