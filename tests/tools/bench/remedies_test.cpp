// Silent bug this test would catch: an error whose remedy is known below and never printed.

#include "tools/bench/remedies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace walbench::tools {
namespace {

using storage::Remedy;

TEST(Remedies, EachIsPrintedInTheWordsOfBench) {
  EXPECT_EQ(remedy_text(Remedy::none), "");
  std::set<std::string_view> texts;
  for (auto number = static_cast<int>(Remedy::wait_longer);
       number <= static_cast<int>(Remedy::temporary_folder); ++number) {
    const std::string_view text = remedy_text(static_cast<Remedy>(number));
    EXPECT_THAT(text, testing::StartsWith("; ")) << number;
    EXPECT_TRUE(texts.insert(text).second) << number;
  }
  EXPECT_THAT(remedy_text(Remedy::wait_longer), testing::HasSubstr("--busy-timeout"));
}

}  // namespace
}  // namespace walbench::tools
