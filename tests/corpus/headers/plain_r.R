#' Tunes strings
#'
#' @export
f <- function() 1
