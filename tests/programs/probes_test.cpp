// Would catch: tracepoints that the README tells people to attach to and the compiler left out,
// because a header was not found or a macro expands to nothing.

#include <gtest/gtest.h>

#include <string>

#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

TEST(Probes, AreInTheBinaryThatIsShipped) {
#if !__has_include(<sys/sdt.h>)
  GTEST_SKIP() << "built without <sys/sdt.h> (systemtap-sdt-dev), so there are no probes";
#else
  const std::string bytes = read_file(bench_path());
  for (const std::string probe :
       {"lifecycle_start", "lifecycle_end", "lock_asked", "lock_held", "commit_start", "commit_end",
        "checkpoint_start", "checkpoint_end"}) {
    // A note holds the provider's name and the probe's, each with the NUL behind it.
    const std::string note = "walbench" + std::string(1, '\0') + probe + std::string(1, '\0');
    EXPECT_NE(bytes.find(note), std::string::npos) << probe;
  }
#endif
}

}  // namespace
}  // namespace walbench::programs
