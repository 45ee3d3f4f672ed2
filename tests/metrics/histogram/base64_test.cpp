// Silent bugs these tests would catch: a decoder that skips what it does not know, so that a
// damaged histogram decodes into another one; an encoder that gets the last one or two bytes wrong.

#include "metrics/histogram/base64.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "metrics/format_error.hpp"

namespace walbench::metrics {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

// RFC 4648 section 10.
const std::vector<std::pair<std::string, std::string>> rfc_vectors = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

TEST(Base64, MatchesTheRfcBothWays) {
  for (const auto& [plain, encoded] : rfc_vectors) {
    EXPECT_EQ(base64_encode(bytes_of(plain)), encoded);
    EXPECT_EQ(base64_decode(encoded), bytes_of(plain));
  }
}

TEST(Base64, UsesTheStandardAlphabet) {
  EXPECT_EQ(base64_encode(std::vector<std::uint8_t>{0xfb, 0xff, 0xfe}), "+//+");
  EXPECT_EQ(base64_decode("+//+"), (std::vector<std::uint8_t>{0xfb, 0xff, 0xfe}));
  EXPECT_THROW(base64_decode("-__-"), FormatError);
}

TEST(Base64, RandomBytesSurvive) {
  std::mt19937_64 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    std::vector<std::uint8_t> bytes(size);
    std::generate(bytes.begin(), bytes.end(),
                  [&random] { return static_cast<std::uint8_t>(random()); });
    const std::string encoded = base64_encode(bytes);
    ASSERT_EQ(encoded.size(), (size + 2) / 3 * 4);
    ASSERT_EQ(base64_decode(encoded), bytes);
  }
}

TEST(Base64, EveryOtherCharacterIsRefused) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int code = 0; code < 256; ++code) {
    const char character = static_cast<char>(code);
    const bool known = alphabet.find(character) != std::string::npos;
    for (std::size_t position = 0; position < 4; ++position) {
      std::string text = "AAAA";
      text[position] = character;
      if (known || (character == '=' && position == 3)) {
        EXPECT_NO_THROW(base64_decode(text)) << code;
      } else {
        EXPECT_THROW(base64_decode(text), FormatError) << code;
      }
    }
  }
}

TEST(Base64, WrongLengthsAndPaddingAreRefused) {
  for (const char* text : {"A", "AA", "AAA", "AAAAA", "=", "==", "===", "====", "A===", "AA=A",
                           "=AAA", "A=AA", "AA==AAAA", "AAA=AAA=", "AAAA=", "AAAA====", "AA==\n"}) {
    EXPECT_THROW(base64_decode(text), FormatError) << text;
  }
}

TEST(Base64, BitsThatNoEncoderSetsAreRefused) {
  EXPECT_NO_THROW(base64_decode("Zg=="));
  EXPECT_THROW(base64_decode("Zh=="), FormatError);
  EXPECT_NO_THROW(base64_decode("Zm8="));
  EXPECT_THROW(base64_decode("Zm9="), FormatError);
}

TEST(Base64, TheMessageNamesThePositionAndNotTheInput) {
  try {
    base64_decode("QUJD\x1b!!!");
    FAIL() << "no error";
  } catch (const FormatError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("position 4"), std::string::npos);
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
  }
}

TEST(Base64, MutatedTextDecodesOrIsRefused) {
  std::mt19937_64 random(2);
  const std::string valid = base64_encode(bytes_of("the quick brown fox jumps over the dog"));
  for (int i = 0; i < 5000; ++i) {
    std::string text = valid;
    text[random() % text.size()] = static_cast<char>(random());
    if (random() % 4 == 0) text.erase(random() % text.size(), random() % 5);
    try {
      // What is accepted is canonical: it encodes to the same text again.
      ASSERT_EQ(base64_encode(base64_decode(text)), text);
    } catch (const FormatError&) {
      continue;
    }
  }
}

}  // namespace
}  // namespace walbench::metrics
