// storage/thread_name.hpp
// Names the calling thread, so that a stack or `top -H` says what it is for.
//
// Limits   15 characters, the kernel's.
#pragma once

#include <pthread.h>

#include <string>

namespace parley::storage {

inline void name_this_thread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace parley::storage
