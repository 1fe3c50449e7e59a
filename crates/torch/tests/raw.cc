// Blocks as oneDNN asks for them: not through a tensor, but raw, of the allocator that is current.

#include <c10/core/Allocator.h>

extern "C" void* memo_test_raw_allocate(std::size_t size) {
  return c10::GetAllocator(c10::DeviceType::CPU)->raw_allocate(size);
}

extern "C" void memo_test_raw_deallocate(void* block) {
  c10::GetAllocator(c10::DeviceType::CPU)->raw_deallocate(block);
}
