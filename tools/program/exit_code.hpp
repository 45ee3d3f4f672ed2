#pragma once

namespace walbench::tools {

/// How the programs end; documented in --help and the README.
enum ExitCode : int {
  kDone = 0,
  kLimitFailed = 1,   ///< measured and published, and a figure is past its limit
  kCheckFailed = 1,   ///< of doctor: checked, and something is wrong
  kWrongUsage = 2,    ///< nothing was done
  kFailed = 3,        ///< the run failed or an input could not be read
  kInterrupted = 130  ///< 128 + SIGINT; another signal gives 128 + its number
};

}  // namespace walbench::tools
