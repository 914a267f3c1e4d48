namespace RedisTagCache.TestSupport;

/// <summary>What a test project does one after the other. No project begins to be calm, or with its fleets, before the phase that precedes it has ended in all.</summary>
internal enum MachinePhase
{
    /// <summary>Tests run beside each other and beside those of other projects.</summary>
    Parallel,

    /// <summary>One test at a time, of one project.</summary>
    Quiet,

    /// <summary>One test at a time of each project.</summary>
    Calm,

    /// <summary>Tests that start processes, of each project.</summary>
    Fleet,
}
