// The translation unit that the shared precompiled header is made with.
#include "tools/precompiled.hpp"
