# frozen_string_literal: true

# Rows the boat.

class A
end
