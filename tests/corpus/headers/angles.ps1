<#
[Source file intent]
Renames holiday pictures.
[Source file design principles]
- Never overwrites
[Source file constraints]
- PowerShell 5
#>
Get-ChildItem
