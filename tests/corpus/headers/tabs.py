#	[Source file intent]
#	Tabs	everywhere.
#	[Source file design principles]
#	-	One
#		goes on
#	[Source file constraints]
#	*	Two
