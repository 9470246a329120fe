// What the page needs and nothing else. It does not make an administrator: whoever enables an application must hold SUPER
// or SECURITY as well, because the table asks for it and because a user is created.
permissionset 50100 "Entrada Setup"
{
    Assignable = true;
    Caption = 'Entrada Setup';

    Permissions = page "Entrada Entra Applications" = X,
                  table "AAD Application" = X,
                  tabledata "AAD Application" = RIMD;
}
