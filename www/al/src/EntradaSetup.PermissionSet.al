// What the pages need and nothing else. It does not make an administrator: whoever enables an application or gives
// permission sets must hold SUPER or SECURITY as well, because the table asks for it and because a user is created. Both
// bring the rights on users and their permission sets, which are left out here on purpose.
permissionset 50100 "Entrada Setup"
{
    Assignable = true;
    Caption = 'Entrada Setup';

    Permissions = page "Entrada Entra Applications" = X,
                  page "Entrada Host" = X,
                  page "Entrada Setup" = X,
                  codeunit "Entrada Bridge" = X,
                  codeunit "Entrada Bridge Action" = X,
                  codeunit "Entrada Credential" = X,
                  table "Entrada Setup" = X,
                  tabledata "Entrada Setup" = RIM,
                  table "AAD Application" = X,
                  tabledata "AAD Application" = RIMD;
}
