#pragma once

#include <stdexcept>
#include <string>

#include "engine/workload/lifecycle/transition_write.hpp"

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
  /// A new file of that name, or an existing pipe or device; `-` is standard output. Throws
  /// AckLogError; also if a regular file is there already, which may be somebody's.
  explicit AckLog(const std::string& target);
  AckLog(const AckLog&) = delete;
  AckLog& operator=(const AckLog&) = delete;
  ~AckLog();

  /// Throws AckLogError if the line could not be written whole.
  void add(const TransitionWrite& write);

 private:
  std::string target_;
  int descriptor_ = -1;
  bool owned_ = false;
};

}  // namespace walbench::engine
