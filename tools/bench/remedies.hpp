#pragma once

#include <string_view>

#include "storage/storage_error.hpp"

namespace walbench::tools {

/// What the user can do about an error, in bench's own flags, as the end of its sentence; empty if
/// nothing is known to help.
std::string_view remedy_text(storage::Remedy remedy);

}  // namespace walbench::tools
