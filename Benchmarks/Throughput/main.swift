print("throughput")
