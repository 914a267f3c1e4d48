using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>
/// Waits until no other test project runs tests, and keeps them waiting. For collections whose tests measure time or processors, and that run after
/// the parallel ones of their project.
/// </summary>
public sealed class QuietMachine : IAsyncLifetime
{
    private FileStream? _alone;

    public async ValueTask InitializeAsync()
    {
        MachineShare.End(MachinePhase.Parallel);
        _alone = await MachineShare.LockAsync("machine", FileShare.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_alone is not null)
            await _alone.DisposeAsync();
        MachineShare.End(MachinePhase.Quiet);
    }
}
