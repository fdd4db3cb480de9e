defmodule A do
  @moduledoc """
  Beats the drum.

  Twice.
  """
end
