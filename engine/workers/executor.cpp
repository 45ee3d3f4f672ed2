#include "engine/workers/executor.hpp"

namespace walbench::engine {
namespace {

thread_local std::size_t this_worker = 0;

}  // namespace

std::size_t current_worker() {
  return this_worker;
}

void become_worker(std::size_t worker) {
  this_worker = worker;
}

}  // namespace walbench::engine
