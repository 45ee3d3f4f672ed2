#pragma once

#include <stop_token>
#include <string_view>

#include "engine/process/messages.hpp"

namespace walbench::engine {

/// Makes the database that scripts start from, with the engine of that name as this process has
/// loaded it, and has it look at the setup and at every statement of the scripts. Nothing of it can
/// be used if there are problems. Throws StorageError.
MadeImage make_image(const ImageOrder& order, std::string_view engine, const std::stop_token& stop);

}  // namespace walbench::engine
