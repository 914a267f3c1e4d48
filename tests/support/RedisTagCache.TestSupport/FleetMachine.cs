using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>
/// Waits until no other test project runs anything but such collections. For those whose tests need processors at once and do not measure them: they
/// run after the <see cref="CalmMachine"/> of all projects, and beside each other.
/// </summary>
public sealed class FleetMachine : IAsyncLifetime
{
    private FileStream? _shared;

    public async ValueTask InitializeAsync() => _shared = await MachineShare.EnterAsync(MachinePhase.Fleet);

    public async ValueTask DisposeAsync()
    {
        if (_shared is not null)
            await _shared.DisposeAsync();
    }
}
