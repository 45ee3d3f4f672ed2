#pragma once

#include <stop_token>
#include <string_view>

#include "engine/process/channel.hpp"

namespace walbench::engine {

/// The child's side: says hello, waits for an order, does it with the engine of that name, and
/// hands over what came of it. Returns once that is done, or the parent is gone. `stop` stops it;
/// so does a parent that hangs up, and if the work has not ended some seconds later, the process
/// does.
void serve(Channel& channel, std::string_view engine, const std::stop_token& stop);

}  // namespace walbench::engine
