#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace walbench::programs {

/// How a program ended and what it printed.
struct Outcome {
  int exit_code = -1;  ///< 128 + signal where a signal ended it
  std::string out;
  std::string err;
};

/// Where a started program's output goes.
enum class Terminal : std::uint8_t {
  none,         ///< both are pipes
  error_output  ///< standard error is a terminal of 100 columns; standard output is a pipe
};

/// One of our programs, started with arguments, in a working directory of its own choosing, with a
/// private TMPDIR. Killed at the end of the scope where it still runs.
class Program {
 public:
  using Limits = std::map<int, std::uint64_t>;

  struct Options {
    std::filesystem::path directory = ".";
    std::filesystem::path tmpdir = {};  ///< empty: inherited
    std::string input = {};
    Terminal terminal = Terminal::none;
    bool reader_leaves = false;  ///< standard output is a pipe whose reader has gone
    Limits limits = {};          ///< as setrlimit takes them, by RLIMIT_...
    std::vector<std::pair<std::string, std::string>> environment = {};  ///< added to the test's own
  };

  Program(const std::string& path, const std::vector<std::string>& arguments,
          const Options& options);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  void send_signal(int signal_number) const;

  pid_t pid() const { return pid_; }

  /// Reads until `text` has appeared on standard error; false where the program ended without.
  bool wait_for_error_text(const std::string& text);

  /// Reads until standard output has come to that many bytes; false where the program ended before.
  bool wait_for_output(std::size_t bytes);

  /// How many threads it has now; 0 where it has ended.
  int threads() const;

  /// Whether it has blocked a signal in its first thread, as one that waits for signals does.
  bool blocks(int signal_number) const;

  /// Reads all output and waits for the end. A program that takes longer than five minutes is
  /// killed and has exit code -1.
  Outcome wait();

 private:
  /// Takes what there is to read; false once both outputs are closed or the deadline has passed.
  bool read_some();

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::chrono::steady_clock::time_point deadline_;
  Outcome outcome_;
};

/// Starts, waits, and hands over the outcome.
Outcome run_bench(const std::vector<std::string>& arguments, const Program::Options& options = {});
Outcome run_report(const std::vector<std::string>& arguments, const Program::Options& options = {});
Outcome run_locks(const std::vector<std::string>& arguments, const Program::Options& options = {});
Outcome run_doctor(const std::vector<std::string>& arguments, const Program::Options& options = {});

std::string bench_path();
std::string report_path();
std::string locks_path();
std::string doctor_path();
/// `name`: bench, report, locks or doctor.
std::string path_of(const std::string& name);

/// A directory of its own for one test, removed with everything in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The names in a directory, hidden ones too, sorted.
std::vector<std::string> names_in(const std::filesystem::path& directory);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace walbench::programs
