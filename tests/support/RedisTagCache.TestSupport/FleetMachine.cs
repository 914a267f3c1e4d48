using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>
/// Waits until no other test project runs anything but such collections. For those whose tests need processors at once and do not measure them: they
/// run after the <see cref="QuietMachine"/> of all projects, and beside each other.
/// </summary>
public sealed class FleetMachine : IAsyncLifetime
{
    private FileStream? _shared;

    public async ValueTask InitializeAsync()
    {
        MachineShare.GiveUp();
        MachineShare.EndQuiet();
        await (await MachineShare.LockAsync("quiet", FileShare.None)).DisposeAsync();
        _shared = await MachineShare.LockAsync("machine", FileShare.Read);
    }

    public async ValueTask DisposeAsync()
    {
        if (_shared is not null)
            await _shared.DisposeAsync();
    }
}
