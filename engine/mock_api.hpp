#pragma once

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

#include "metrics/clock.hpp"
#include "storage/completed.hpp"

namespace walbench::engine {

/// A call that was given up because the run is being stopped.
class ApiCallCancelled : public std::runtime_error {
 public:
  ApiCallCancelled() : std::runtime_error("the API call was cancelled: the run is stopping") {}
};

/// What the remote side answers to an upload.
struct UploadedFile {
  std::string name;  ///< `files/mock_<path>`, the path's slashes as underscores
  std::string uri;   ///< `uri://mock_<path>`, likewise
};

/// Stands in for the remote API: answers at once or after a constant delay, during which the
/// calling thread is blocked, as one would be that waits for a reply. Thread safe.
class MockApi {
 public:
  /// `clock` must outlive the API. Requesting a stop cancels calls under way.
  MockApi(const metrics::Clock& clock, std::chrono::nanoseconds delay, std::stop_token stop);

  /// Throws ApiCallCancelled.
  storage::Completed<UploadedFile> upload_file(std::string_view path) const;

  /// Returns the document's id, `doc_<name>`. Throws ApiCallCancelled.
  storage::Completed<std::string> import_to_store(std::string_view name) const;

 private:
  void delay_call() const;

  const metrics::Clock& clock_;
  std::chrono::nanoseconds delay_;
  std::stop_token stop_;
};

}  // namespace walbench::engine
