using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>
/// Waits until no other test project runs anything but such collections. For those whose tests measure time and take little of the processors: they run
/// after the <see cref="QuietMachine"/> of all projects, and beside each other.
/// </summary>
public sealed class CalmMachine : IAsyncLifetime
{
    private FileStream? _shared;

    public async ValueTask InitializeAsync() => _shared = await MachineShare.EnterAsync(MachinePhase.Calm);

    public async ValueTask DisposeAsync()
    {
        if (_shared is not null)
            await _shared.DisposeAsync();
        MachineShare.End(MachinePhase.Calm);
    }
}
