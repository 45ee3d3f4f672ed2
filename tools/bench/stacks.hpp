#pragma once

#include <chrono>
#include <span>
#include <string_view>

#include "storage/axes.hpp"
#include "storage/settings.hpp"

namespace walbench::tools {

struct BenchRequest;

/// How an application's stack sets its connections up if nobody configures it. The journal mode is
/// left out: it is WAL in everything that is measured, also where a stack begins in another one.
struct Stack {
  std::string_view name;     ///< of --as; tools::find_stack_words() has its words
  std::string_view summary;  ///< what it sets, for --help
  std::chrono::milliseconds busy_timeout;
  storage::Synchronous synchronous;
  storage::BeginAxis begin;
  storage::BusyHandlerAxis busy_handler = storage::BusyHandlerAxis::sqlite();
  bool memory_statistics = true;
  std::string_view pragmas = {};  ///< `cache_size=2000`; several with a space between them
};

std::span<const Stack> stacks();

/// The stack of that name, or null.
const Stack* find_stack(std::string_view name);

/// The axes as this stack has them: what a strategy leaves as it usually is becomes the stack's.
storage::Axes in_stack(const Stack& stack, storage::Axes axes);

/// The request with the settings of its stack where `given`, the request as it was read, says
/// nothing else. Without a stack, the request.
BenchRequest with_stack(BenchRequest request, const BenchRequest& given);

}  // namespace walbench::tools
