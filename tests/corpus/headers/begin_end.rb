=begin
[Source file intent]
Feeds the fish.
[Source file design principles]
- Twice a day
[Source file constraints]
- No sleep
=end
puts 1
