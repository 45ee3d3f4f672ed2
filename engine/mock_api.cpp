#include "engine/mock_api.hpp"

#include <algorithm>
#include <utility>

namespace walbench::engine {

MockApi::MockApi(const metrics::Clock& clock, std::chrono::nanoseconds delay, std::stop_token stop)
    : clock_(clock), delay_(delay), stop_(std::move(stop)) {}

storage::Completed<UploadedFile> MockApi::upload_file(std::string_view path) const {
  delay_call();
  std::string flat(path);
  std::ranges::replace(flat, '/', '_');
  return storage::Completed(UploadedFile{"files/mock_" + flat, "uri://mock_" + flat});
}

storage::Completed<std::string> MockApi::import_to_store(std::string_view name) const {
  delay_call();
  return storage::Completed("doc_" + std::string(name));
}

void MockApi::delay_call() const {
  if (delay_.count() > 0 && !clock_.sleep_for(delay_, stop_)) throw ApiCallCancelled();
}

}  // namespace walbench::engine
