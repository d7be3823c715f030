// storage/thread_priority.hpp
// What a storage thread asks of the scheduler for itself. Needs no privilege; a kernel that does
// not know the wish (before 6.12) ignores it.
//
// Threads  each call is about the thread that makes it.
#pragma once

namespace parley::storage {

// Short turns, begun soon after waking: for who sleeps and wakes several times a sync, with all
// acknowledgements waiting for each.
void ask_for_short_turns() noexcept;

}  // namespace parley::storage
