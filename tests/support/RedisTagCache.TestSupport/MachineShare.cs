using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>
/// The processors are shared by the test projects, which run at the same time. An assembly fixture of this type lets the tests of a project run beside
/// those of the others, until its first <see cref="QuietMachine"/>, <see cref="CalmMachine"/> or <see cref="FleetMachine"/>. A project holds a lock for
/// each phase that it has not ended yet.
/// </summary>
public sealed class MachineShare : IAsyncLifetime
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);
    private static readonly FileStream?[] _toCome = new FileStream?[Enum.GetValues<MachinePhase>().Length];

    public async ValueTask InitializeAsync()
    {
        _toCome[(int)MachinePhase.Parallel] = await LockAsync("machine", FileShare.Read);
        foreach (var phase in new[] { MachinePhase.Quiet, MachinePhase.Calm })
            _toCome[(int)phase] = await LockAsync(NameOf(phase), FileShare.Read);
    }

    public ValueTask DisposeAsync()
    {
        End(MachinePhase.Fleet);
        return default;
    }

    /// <summary>Tells the other projects that this one has ended a phase, and those before it.</summary>
    internal static void End(MachinePhase last)
    {
        for (var phase = 0; phase <= (int)last; phase++)
            Interlocked.Exchange(ref _toCome[phase], null)?.Dispose();
    }

    /// <summary>Waits until all projects have ended the phases before this one; returns the lock that keeps <see cref="QuietMachine"/> away.</summary>
    internal static async Task<FileStream> EnterAsync(MachinePhase phase)
    {
        End(phase - 1);
        await (await LockAsync(NameOf(phase - 1), FileShare.None)).DisposeAsync();
        return await LockAsync("machine", FileShare.Read);
    }

    /// <summary>Waits for a lock on a file of the repository. The system releases it when the process ends, in whatever way.</summary>
    internal static async Task<FileStream> LockAsync(string name, FileShare share)
    {
        var path = Repository.Folder("artifacts", name + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, share == FileShare.None ? FileAccess.ReadWrite : FileAccess.Read, share);
            }
            catch (IOException)
            {
                await Task.Delay(_interval);
            }
        }
    }

    private static string NameOf(MachinePhase phase) => phase.ToString().ToLowerInvariant();
}
