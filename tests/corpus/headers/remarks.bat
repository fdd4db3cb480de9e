@echo off
rem [Source file intent]
rem Empties the waste bin.
rem [Source file design principles]
rem - Asks first
rem [Source file constraints]
rem - Windows 10
del *.tmp
