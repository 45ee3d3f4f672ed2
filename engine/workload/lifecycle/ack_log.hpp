#pragma once

#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "engine/workload/lifecycle/transition_write.hpp"
#include "metrics/files/stoppable_writer.hpp"

namespace walbench::engine {

/// A log of acknowledgements that cannot be written.
class AckLogError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes down every transition as it is acknowledged, so that somebody who watches can hold the
/// database to it after a crash:
///
///     /bench/file_0003.txt 2 processing
///
/// is the file, the version that its row has from now on, and the state. Each line is one write(2),
/// without a buffer, so a line that was written outlives the process. Thread safe. Slows the run.
class AckLog {
 public:
  /// A new file of that name, or an existing pipe or device; `-` is standard output. `stop` ends
  /// the wait for somebody who does not read. Throws AckLogError; also if a regular file is there
  /// already, which may be somebody's.
  explicit AckLog(const std::string& target, const std::stop_token& stop = {});
  /// One that another process has opened; `descriptor` is ours from now on, or standard output.
  AckLog(std::string target, int descriptor, const std::stop_token& stop);
  AckLog(const AckLog&) = delete;
  AckLog& operator=(const AckLog&) = delete;
  ~AckLog();

  /// Throws AckLogError if the line could not be written whole.
  void add(const TransitionWrite& write) const;

  const std::string& target() const { return target_; }
  /// Where it is open.
  int descriptor() const;

 private:
  std::string target_;
  int opened_ = -1;  ///< or -1: it is standard output
  std::optional<metrics::StoppableWriter> writer_;
};

}  // namespace walbench::engine
