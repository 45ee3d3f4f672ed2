// Silent bugs these tests would catch: arrivals handed over in another order than they came, so
// that a group commits the latest first and the earliest starve; an item lost, or taken twice, when

#include "storage/sqlite/strategy/arrival_list.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

namespace walbench::storage {
namespace {

struct Item {
  std::size_t pusher = 0;
  std::size_t number = 0;
  Item* next = nullptr;
};

/// The numbers of a chain of items, in its order.
std::vector<std::size_t> numbers(const Item* item) {
  std::vector<std::size_t> found;
  for (; item != nullptr; item = item->next) {
    found.push_back(item->number);
  }
  return found;
}

TEST(ArrivalList, IsEmptyUntilTheFirstPushAndAgainAfterATake) {
  ArrivalList<Item> list;
  Item item;
  EXPECT_TRUE(list.is_empty());
  EXPECT_EQ(list.take(), nullptr);
  list.push(item);
  EXPECT_FALSE(list.is_empty());
  EXPECT_EQ(list.take(), &item);
  EXPECT_TRUE(list.is_empty());
  EXPECT_EQ(list.take(), nullptr);
}

TEST(ArrivalList, TakesEverythingInTheOrderOfArrival) {
  ArrivalList<Item> list;
  std::array<Item, 5> items;
  for (std::size_t number = 0; number < items.size(); ++number) {
    items[number].number = number;
    list.push(items[number]);
  }
  EXPECT_EQ(numbers(list.take()), (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(list.is_empty());
}

TEST(ArrivalList, WhatComesAfterATakeIsNotLinkedToWhatWasTaken) {
  ArrivalList<Item> list;
  std::array<Item, 4> items;
  for (std::size_t number = 0; number < items.size(); ++number) {
    items[number].number = number;
  }
  list.push(items[0]);
  list.push(items[1]);
  const Item* const first = list.take();
  list.push(items[2]);
  list.push(items[3]);
  const Item* const second = list.take();
  EXPECT_EQ(numbers(first), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(numbers(second), (std::vector<std::size_t>{2, 3}));
}

TEST(ArrivalList, AnItemMayComeBackWhenItWasTaken) {
  ArrivalList<Item> list;
  Item one{.number = 1};
  Item two{.number = 2};
  list.push(one);
  list.push(two);
  list.take();
  list.push(two);
  list.push(one);
  EXPECT_EQ(numbers(list.take()), (std::vector<std::size_t>{2, 1}));
}

TEST(ArrivalList, ManyPushersLoseNothingAndEachKeepsItsOrder) {
  constexpr std::size_t kPushers = 4;
  constexpr std::size_t kEach = 50'000;
  ArrivalList<Item> list;
  std::vector<std::deque<Item>> items(kPushers);
  std::atomic<std::size_t> ready = 0;
  std::vector<std::jthread> threads;
  for (std::size_t pusher = 0; pusher < kPushers; ++pusher) {
    items[pusher].resize(kEach);
    threads.emplace_back([&, pusher] {
      ++ready;
      while (ready.load() < kPushers) {
        std::this_thread::yield();
      }
      for (std::size_t number = 0; number < kEach; ++number) {
        // Written before the push without any lock: the taker must see it all the same.
        items[pusher][number].pusher = pusher;
        items[pusher][number].number = number;
        list.push(items[pusher][number]);
      }
    });
  }

  std::array<std::size_t, kPushers> expected{};
  std::size_t out_of_order = 0;
  for (std::size_t taken = 0; taken < kPushers * kEach;) {
    Item* next = list.take();
    if (next == nullptr) {
      std::this_thread::yield();
      continue;
    }
    while (next != nullptr) {
      const Item& item = *std::exchange(next, next->next);
      if (item.number != expected[item.pusher]) ++out_of_order;
      expected[item.pusher] = item.number + 1;
      ++taken;
    }
  }
  threads.clear();
  EXPECT_EQ(out_of_order, 0U);
  EXPECT_TRUE(list.is_empty());
  EXPECT_EQ(list.take(), nullptr);
}

}  // namespace
}  // namespace walbench::storage
