using RedisTagCache.TestSupport;

[assembly: AssemblyFixture(typeof(MachineShare))]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
