#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "engine/workload/lifecycle/api_call.hpp"
#include "engine/workload/lifecycle/api_delay.hpp"
#include "metrics/clock.hpp"

namespace walbench::engine {

/// The remote side's answer to an upload.
struct UploadedFile {
  std::string name;  ///< `files/mock_<path>`, the path's slashes as underscores
  std::string uri;   ///< `uri://mock_<path>`, likewise
};

/// The remote side's behaviour.
struct ApiBehaviour {
  ApiDelay delay;
  double fail_rate = 0;    ///< of each call, 0 to below 1; failing takes as long as answering
  std::uint64_t seed = 0;  ///< of delays and failures
};

/// How often the calls for one file fail before its lifecycle is through.
struct ApiFate {
  std::int64_t upload_failures = 0;
  std::int64_t import_failures = 0;
};

/// What a failed call puts into the file's row: `upload_file failed at attempt 2`.
std::string api_failure_text(std::string_view call, std::int64_t attempt);

/// Stands in for the remote API: answers, or fails, after a delay. Without a timer the calling
/// thread is blocked meanwhile, as by a real call; with one the calling coroutine is suspended.
/// Delays and failures are drawn for each call from the seed, the file and the attempt, so they
/// depend neither on the thread that calls nor on the time. Thread safe.
class MockApi {
 public:
  /// `clock` must outlive the API. Requesting a stop cancels calls under way.
  MockApi(const metrics::Clock& clock, ApiBehaviour behaviour, std::stop_token stop);

  /// Awaiting it gives no value if the call failed. `attempt` counts a lifecycle's attempts from 1.
  /// Throws ApiCallCancelled.
  ApiCall<UploadedFile> upload_file(std::string_view path, std::int64_t attempt,
                                    Timer* timer = nullptr) const;

  /// Returns the document's id, `doc_<name>`, or nothing if the call failed. Throws
  /// ApiCallCancelled.
  ApiCall<std::string> import_to_store(std::string_view name, std::int64_t attempt,
                                       Timer* timer = nullptr) const;

  bool can_fail() const { return behaviour_.fail_rate > 0; }

  /// The calls' answers, and how they will end, without making them.
  static UploadedFile uploaded_file(std::string_view path);
  static std::string document_id(std::string_view name);
  ApiFate fate(std::string_view path) const;
  /// `subject` is the path of an upload, the name of an import.
  bool call_fails(std::string_view subject, std::int64_t attempt) const;

 private:
  template <typename Answer>
  ApiCall<Answer> call(std::string_view subject, std::int64_t attempt, Timer* timer,
                       Answer answer) const;

  const metrics::Clock& clock_;
  ApiBehaviour behaviour_;
  std::stop_token stop_;
};

}  // namespace walbench::engine
