/// @file plain_doxygen_at.cpp
/// @brief Grinds grain.

#include <a>
