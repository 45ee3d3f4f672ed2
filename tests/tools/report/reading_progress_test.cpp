// Silent bugs these tests would catch: a progress line that counts from the wrong end, or divides
// by a size that nobody knows.

#include "tools/report/reading_progress.hpp"

#include <gtest/gtest.h>

namespace walbench::tools {
namespace {

TEST(ReadingProgress, TellsWhichOfManyFilesIsRead) {
  EXPECT_EQ(reading_text({.files_read = 311, .files = 1000, .bytes_read = 0, .bytes = 0}),
            "reading 312 of 1,000 files");
}

TEST(ReadingProgress, TellsHowMuchOfALongFileIsRead) {
  EXPECT_EQ(reading_text({.files_read = 0, .files = 1, .bytes_read = 31, .bytes = 100}),
            "reading: 31 %");
  EXPECT_EQ(reading_text({.files_read = 1, .files = 2, .bytes_read = 500, .bytes = 1000}),
            "reading 2 of 2 files: 50 %");
}

TEST(ReadingProgress, OfAPipeNobodyKnowsTheSize) {
  EXPECT_EQ(reading_text({.files_read = 0, .files = 1, .bytes_read = 31, .bytes = 0}), "reading");
}

}  // namespace
}  // namespace walbench::tools
