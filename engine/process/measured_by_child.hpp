#pragma once

#include <cstddef>

#include "engine/measurement.hpp"
#include "engine/process/child.hpp"
#include "engine/process/messages.hpp"

namespace walbench::engine {

/// Has the child do what it is ordered, and passes on to the context's observer how far it has come
/// (`index` as RunObserver counts). A stop of the context is passed on to the child. Throws what
/// measure_configuration() would have thrown there; RunFailed if the child died.
Measured measured_by(Child& child, const Order& order, std::size_t index,
                     const RunContext& context);

/// The same with an order of Work::write_raw.
double raw_writes_by(Child& child, const Order& order, const RunContext& context);

/// The same with an order of Work::image.
MadeImage image_by(Child& child, const Order& order, const RunContext& context);

}  // namespace walbench::engine
